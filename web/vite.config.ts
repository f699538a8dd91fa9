import adapter from '@sveltejs/adapter-static';
import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vitest/config';

// `npm run dev` forwards the API and the socket to a running `onmodel up`.
const server = process.env['ONMODEL_DEV_SERVER'] ?? 'http://127.0.0.1:8000';

export default defineConfig({
  plugins: [
    tailwindcss(),
    sveltekit({
      compilerOptions: { runes: true },
      // One page for every address: the server answers unknown paths with index.html.
      adapter: adapter({ fallback: 'index.html', precompress: true }),
    }),
  ],
  // How long each plugin took is nothing to tell somebody who starts OnModel for the first time.
  build: { rolldownOptions: { checks: { bundlerTimings: false, pluginTimings: false } } },
  server: {
    proxy: {
      '/api': { target: server, changeOrigin: false },
      '/ws': { target: server.replace(/^http/, 'ws'), ws: true },
    },
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.ts', 'tests/unit/**/*.test.ts'],
    // Nothing in them waits; on a busy machine a file's first test also loads what it imports.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
  resolve: process.env['VITEST'] ? { conditions: ['browser'] } : {},
});
