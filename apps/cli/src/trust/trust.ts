import { findConfigs } from '../config/find-config.ts';
import { loadConfigs } from '../config/load-config.ts';
import { setTrust } from '../config/trust.ts';
import { EXIT, Stop, type ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import { printable } from '../paint.ts';

/** `majordomo trust`: the project's configuration, as it is now, may say where keys of yours are sent. */
export async function trust({ forget }: { readonly forget?: true }, io: Io): Promise<ExitCode> {
  const { project } = findConfigs(io);
  if (project === undefined) throw new Stop('there is no majordomo.config of this project to trust');
  if (forget === true) {
    setTrust(project, false, io);
    io.stdout.write(`${printable(project)} is not trusted any more\n`);
    return EXIT.ok;
  }
  // Read first: what cannot be read need not be trusted.
  const loaded = (await loadConfigs(io)).find(({ file }) => file === project);
  setTrust(project, true, io);
  const names = loaded?.guiding ?? [];
  const what = names.length === 0 ? 'it sets nothing that needs trust' : `it sets ${names.join(', ')}`;
  io.stdout.write(`${printable(project)} is trusted until it changes; ${what}\n`);
  return EXIT.ok;
}
