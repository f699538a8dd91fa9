"""JSON Schema and OpenAPI of a function, in the shape that Cog images publish theirs."""

from importlib.metadata import PackageNotFoundError, version

from onmodel_function.fields import MISSING, FieldSpec, fields_of


def sdk_version() -> str:
    """Name the installed version; a bare source folder on the path has none."""
    try:
        return version("onmodel-function")
    except PackageNotFoundError:
        return "0"


def object_schema(cls: type) -> dict[str, object]:
    """Describe an Inputs or Outputs class as JSON Schema."""
    specs = fields_of(cls)
    properties = {
        spec.name: {**_property(spec), "x-order": order} for order, spec in enumerate(specs)
    }
    return {
        "type": "object",
        "title": cls.__name__,
        "properties": properties,
        "required": [spec.name for spec in specs if spec.required],
        "additionalProperties": False,
    }


def openapi(title: str, inputs: type, outputs: type) -> dict[str, object]:
    """Describe the whole function: the schemas, and the one path that runs it."""
    body = {"application/json": {"schema": {"$ref": "#/components/schemas/PredictionRequest"}}}
    answer = {
        "application/json": {"schema": {"$ref": "#/components/schemas/PredictionResponse"}},
        "text/event-stream": {"schema": {"type": "string"}},
    }
    return {
        "openapi": "3.0.2",
        "info": {"title": title, "version": sdk_version()},
        "paths": {
            "/predictions/{id}": {
                "put": {
                    "x-cog-streaming": True,
                    "requestBody": {"required": True, "content": body},
                    "responses": {"200": {"description": "The answer", "content": answer}},
                }
            }
        },
        "components": {
            "schemas": {
                "Input": object_schema(inputs),
                "Output": object_schema(outputs),
                "PredictionRequest": _request(),
                "PredictionResponse": _response(),
            }
        },
    }


def _request() -> dict[str, object]:
    folder = {"type": "string", "description": "Absolute path"}
    return {
        "type": "object",
        "required": ["input", "context"],
        "properties": {
            "id": {"type": "string"},
            "input": {"$ref": "#/components/schemas/Input"},
            "context": {
                "type": "object",
                "required": ["input_dir", "output_dir"],
                "properties": {"input_dir": folder, "output_dir": folder},
            },
        },
    }


def _response() -> dict[str, object]:
    states = ["starting", "processing", "succeeded", "failed", "canceled"]
    return {
        "type": "object",
        "required": ["id", "status"],
        "properties": {
            "id": {"type": "string"},
            "status": {"type": "string", "enum": states},
            "output": {"$ref": "#/components/schemas/Output"},
            "error": {"type": "string"},
        },
    }


def _property(spec: FieldSpec) -> dict[str, object]:
    schema: dict[str, object] = {} if spec.kind == "any" else {"type": spec.kind}
    if spec.kind == "file":
        schema = {
            "type": "object",
            "properties": {"path": {"type": "string"}, "media_type": {"type": "string"}},
            "required": ["path"],
            "x-onmodel-file": True,
        }
    if spec.kind == "array" and spec.item is not None:
        schema["items"] = _property(spec.item)
    if spec.description:
        schema["description"] = spec.description
    if spec.optional:
        schema["nullable"] = True
    if spec.default is not MISSING:
        schema["default"] = spec.default
    if spec.choices:
        schema["enum"] = list(spec.choices)
    if spec.media_types:
        schema["x-media-types"] = list(spec.media_types)
    least, most = _LIMIT_WORDS.get(spec.kind, ("minimum", "maximum"))
    if spec.minimum is not None:
        schema[least] = spec.minimum
    if spec.maximum is not None:
        schema[most] = spec.maximum
    return schema


_LIMIT_WORDS = {
    "string": ("minLength", "maxLength"),
    "array": ("minItems", "maxItems"),
}
