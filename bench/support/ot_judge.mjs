// Reads cases as lines of JSON and answers each with what npm's ot-text-unicode makes of it.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const require = createRequire(new URL('../../web/package.json', import.meta.url));
const { type } = require('ot-text-unicode');

for await (const line of createInterface({ input: process.stdin })) {
  const { text, a, b, c, loose, position } = JSON.parse(line);
  const left = type.transform(a, b, 'left');
  const right = type.transform(b, a, 'right');
  const answers = [
    type.apply(text, a),
    type.apply(type.apply(text, a), right),
    left,
    right,
    type.transform(a, b, 'right'),
    type.transform(b, a, 'left'),
    type.compose(a, c),
    type.normalize(loose),
    type.invertWithDoc(a, text),
    type.makeInvertible(b, text),
    type.transformPosition(position, a),
    type.transformPosition(position, b),
  ];
  process.stdout.write(`${JSON.stringify(answers)}\n`);
}
