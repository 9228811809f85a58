"""The application: all the wiring on one screen."""

from fastapi import FastAPI

from app import about, discovery, health
from app.auth import credentials
from app.auth.current_user import authenticate
from app.auth.identify import identifier
from app.db import Database
from app.db.engine import DatabaseSettings, create_engine
from app.email import mailbox
from app.email.provider import open_provider
from app.http import problems
from app.http.docs import install_docs
from app.http.error_handlers import install_error_handlers
from app.http.middleware import middleware
from app.http.openapi import install_openapi
from app.lifespan import lifespan
from app.logs import configure_logs
from app.routes import ROUTERS
from app.settings import Settings, load
from app.shared_store import open_shared_store


def create_app(settings: Settings | None = None) -> FastAPI:
    """Build the application. Raises SettingsError; opens nothing before it is started."""
    settings = settings or load(Settings)
    configure_logs(settings)
    discovery.import_models()

    app = FastAPI(
        title=about.TITLE,
        description=about.DESCRIPTION,
        version=about.VERSION,
        lifespan=lifespan,
        middleware=middleware(settings, identifier(settings), credentials.guards(settings)),
        openapi_url="/openapi.json" if settings.serves_docs else None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.settings = settings
    app.state.database = Database(create_engine(load(DatabaseSettings)))
    app.state.shared_store = open_shared_store(settings)
    app.state.email_provider = open_provider(settings)
    app.state.authenticate = authenticate

    credentials.install(app)
    install_error_handlers(app)
    install_openapi(app)
    if settings.serves_docs:
        install_docs(app)
    if settings.development:
        app.include_router(mailbox.router)

    for router in (health.router, problems.router):
        app.include_router(router)
    for router in (*ROUTERS, *discovery.routers()):
        app.include_router(router, prefix="/api/v1")
    return app
