// Fails when src/lib/api/schema.d.ts is not what openapi.json generates.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const committed = 'src/lib/api/schema.d.ts';
const folder = mkdtempSync(join(tmpdir(), 'onmodel-types-'));
try {
  const fresh = join(folder, 'schema.d.ts');
  execFileSync(
    'npx',
    ['openapi-typescript', 'openapi.json', '--default-non-nullable', 'false', '--output', fresh],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  if (readFileSync(fresh, 'utf8') !== readFileSync(committed, 'utf8')) {
    console.error(`${committed} is stale: run "npm run types" and commit the result.`);
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
