"""GET /problems: the documented list of error types that every `type` points into."""

from inspect import cleandoc

from fastapi import APIRouter

from app.errors import problem_types, type_of
from app.marks import bounded, public
from app.validation import ResponseModel

router = APIRouter(tags=["service"])


class ProblemType(ResponseModel):
    """One kind of error."""

    type: str
    code: str
    title: str
    status: int
    description: str


@router.get("/problems")
@public
@bounded
async def list_problem_types() -> list[ProblemType]:
    """Every `code` that an error of this API can carry, and what it means."""
    return [
        ProblemType(
            type=type_of(kind),
            code=kind.code,
            title=kind.title,
            status=kind.status,
            description=cleandoc(kind.__doc__ or ""),
        )
        for kind in sorted(problem_types(), key=lambda kind: (kind.status, kind.code))
    ]
