// Everything is drawn in the browser; the server sends one page and an API.
export const ssr = false;
export const prerender = false;
