"""Our own style sheet, scripts and mark: small, and kept by browsers for as long as they like."""

from importlib.resources import files

from fastapi import APIRouter, Response

from contactbook.errors import NotFound

router = APIRouter()
FOLDER = files("contactbook.web") / "static"
KINDS = {
    "css": "text/css",
    "js": "text/javascript",
    "svg": "image/svg+xml",
}


@router.get("/static/{version}/{name}")
def static_file(version: str, name: str) -> Response:  # noqa: ARG001 it only makes the address new
    kind = KINDS.get(name.rpartition(".")[2])
    if kind is None or "/" in name or not (FOLDER / name).is_file():
        raise NotFound
    return Response(
        (FOLDER / name).read_bytes(),
        media_type=f"{kind}; charset=utf-8",
        headers={"Cache-Control": "public, max-age=31536000, immutable"},
    )
