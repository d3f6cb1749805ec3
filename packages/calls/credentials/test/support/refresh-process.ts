import { oauth } from '../../src/index.ts';
import { fileVault } from '../../src/node.ts';

/** Waits for input, then requests the token in this number of concurrent calls. */
const [path = '', issuer = '', clientId = '', calls = '1'] = process.argv.slice(2);
const source = oauth({ vault: fileVault({ path }), name: 'login', clientId, issuer });
process.stdout.write('ready\n');
process.stdin.once('data', () => {
  void (async () => {
    const { credential } = source;
    if (typeof credential === 'string') return;
    const { signal } = new AbortController();
    const tokens = Array.from({ length: Number(calls) }, async () =>
      credential({ signal, rejected: undefined }),
    );
    process.stdout.write(`${(await Promise.all(tokens)).join(' ')}\n`);
    process.exit(0);
  })();
});
