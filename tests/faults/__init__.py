"""What the generated project does when its database server fails it: seen from outside, on real servers."""
