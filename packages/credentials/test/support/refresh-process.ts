import { oauth } from '../../src/index.ts';
import { fileVault } from '../../src/node.ts';

/** Waits for a word, then asks for the token. */
const [path = '', issuer = '', clientId = ''] = process.argv.slice(2);
const source = oauth({ vault: fileVault({ path }), name: 'login', clientId, issuer });
process.stdout.write('ready\n');
process.stdin.once('data', () => {
  void (async () => {
    const { credential } = source;
    if (typeof credential === 'string') return;
    process.stdout.write(
      `${await credential({ signal: new AbortController().signal, rejected: undefined })}\n`,
    );
    process.exit(0);
  })();
});
