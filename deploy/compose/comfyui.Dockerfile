ARG PYTHON_IMAGE=python:3.12-slim-bookworm
FROM ${PYTHON_IMAGE}
ARG COMFYUI_VERSION=v0.3.60
RUN apt-get update \
    && apt-get install -y --no-install-recommends git \
    && rm -rf /var/lib/apt/lists/* \
    && git clone --depth 1 --branch ${COMFYUI_VERSION} https://github.com/comfyanonymous/ComfyUI /opt/comfyui \
    && pip install --no-cache-dir -r /opt/comfyui/requirements.txt \
    && useradd --uid 10002 --create-home comfyui \
    && install -d -o comfyui /data /opt/comfyui/user /opt/comfyui/temp
USER comfyui
WORKDIR /opt/comfyui
EXPOSE 8188
CMD ["python", "main.py", "--listen", "0.0.0.0", "--output-directory", "/data/output", "--input-directory", "/data/input", "--temp-directory", "/data", "--user-directory", "/data/user"]
