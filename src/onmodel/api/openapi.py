"""The description of the API, with the socket's messages in it."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter
from pydantic.json_schema import models_json_schema

from onmodel.api.realtime.messages import PROTOCOL_VERSION, SERVER_EVENTS, ClientMessage
from onmodel.http.problems import Problem

REF = "#/components/schemas/{model}"


def describe(app: FastAPI) -> None:
    """Let ``app`` serve ``/api/openapi.json``, made once."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = build(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way

    @app.get("/api/openapi.json", include_in_schema=False)
    async def read_openapi() -> dict[str, Any]:
        return openapi()


def build(app: FastAPI) -> dict[str, Any]:
    """Return OpenAPI 3.1 with ``ServerMessage`` and ``ClientMessage`` among the schemas."""
    document = get_openapi(
        title=app.title, version=app.version, summary=app.summary, routes=app.routes
    )
    schemas: dict[str, Any] = document.setdefault("components", {}).setdefault("schemas", {})
    models = [Problem, *SERVER_EVENTS.values()]
    _, definitions = models_json_schema(
        [(model, "serialization") for model in dict.fromkeys(models)], ref_template=REF
    )
    for name, schema in definitions["$defs"].items():
        schemas.setdefault(name, schema)
    schemas["ServerMessage"] = _server_message()
    _add_client_message(schemas)
    document["x-websocket"] = {
        "path": "/ws/{project_id}",
        "protocol": PROTOCOL_VERSION,
        "receives": REF.format(model="ClientMessage"),
        "sends": REF.format(model="ServerMessage"),
    }
    return document


def _server_message() -> dict[str, Any]:
    variants = [
        {
            "type": "object",
            "required": ["event", "payload"],
            "properties": {
                "event": {"const": name, "type": "string"},
                "payload": {"$ref": REF.format(model=model.__name__)},
                "seq": {"type": "integer"},
                "id": {"type": "string"},
                "actor": {"type": "string", "format": "uuid"},
                "at": {"type": "string", "format": "date-time"},
            },
        }
        for name, model in SERVER_EVENTS.items()
    ]
    return {"oneOf": variants, "discriminator": {"propertyName": "event"}}


def _add_client_message(schemas: dict[str, Any]) -> None:

    schema = TypeAdapter(ClientMessage).json_schema(ref_template=REF)
    for name, definition in schema.pop("$defs", {}).items():
        schemas.setdefault(name, definition)
    schemas["ClientMessage"] = schema
