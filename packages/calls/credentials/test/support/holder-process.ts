import { fileVault } from '../../src/node.ts';

/** Takes the lock, reports it, and holds it until the process ends. */
const vault = fileVault({ path: process.argv[2] });
await vault.update('held', async (now) => {
  process.stdout.write('held\n');
  await new Promise((resolve) => setTimeout(resolve, 600_000));
  return now;
});
