import { installRuntimes } from './install.mjs';

/** Installs the runtimes before the tests that need them. Throws if they cannot be installed. */
export default function setup() {
  const problem = installRuntimes();
  if (problem !== undefined) throw new Error(`the runtimes cannot be installed: ${problem}`);
}
