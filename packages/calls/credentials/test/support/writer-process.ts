import { secret } from '../../src/index.ts';
import { fileVault } from '../../src/node.ts';

/** Increments an entry `count` times, or forever, and reports each write. */
const [path = '', name = '', times = 'Infinity'] = process.argv.slice(2);
const vault = fileVault({ path });
for (let at = 0; at < Number(times); at++) {
  const now = await vault.update(name, (before) => ({
    kind: 'key',
    value: secret(String(Number(before?.value.reveal() ?? 0) + 1)),
    label: 'x'.repeat(4000),
  }));
  process.stdout.write(`${now?.value.reveal() ?? ''}\n`);
}
