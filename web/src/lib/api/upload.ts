import { OWN_PAGE_HEADER } from './client';
import { Problem, asProblem, offlineProblem, problemFromText } from './problem';

export interface UploadRequest {
  url: string;
  file: Blob;
  name: string;
  /** Fraction of bytes sent, 0 to 1. */
  onProgress: (fraction: number) => void;
  signal: AbortSignal;
}

/** Sends one file. XMLHttpRequest, because fetch still cannot report how much was sent. */
export function upload<T>(request: UploadRequest): Promise<T> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    const abort = () => {
      xhr.abort();
    };
    xhr.open('POST', request.url);
    for (const [name, value] of Object.entries(OWN_PAGE_HEADER)) {
      xhr.setRequestHeader(name, value);
    }
    xhr.upload.onprogress = (event) => {
      if (event.lengthComputable) request.onProgress(event.loaded / event.total);
    };
    xhr.onload = () => {
      if (xhr.status >= 200 && xhr.status < 300) {
        try {
          resolve(JSON.parse(xhr.responseText) as T);
        } catch (error) {
          reject(asProblem(error));
        }
      } else {
        reject(problemFromText(xhr.status, xhr.responseText));
      }
    };
    xhr.onerror = () => {
      reject(offlineProblem());
    };
    xhr.onabort = () => {
      reject(new Problem(0, { code: 'cancelled', detail: 'The upload was cancelled.' }));
    };
    request.signal.addEventListener('abort', abort, { once: true });
    const form = new FormData();
    form.append('file', request.file, request.name);
    xhr.send(form);
  });
}
