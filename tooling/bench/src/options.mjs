import { parseArgs } from 'node:util';

const list = (text) => text?.split(',');

/** The command line of `bench` and `profile`. */
export function readOptions(args = process.argv.slice(2)) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      subjects: { type: 'string' },
      wires: { type: 'string' },
      rounds: { type: 'string' },
      seed: { type: 'string', default: '1' },
      size: { type: 'string', default: 'full' },
      quiet: { type: 'boolean', default: false },
    },
  });
  return {
    positionals,
    families: list(values.subjects),
    wires: list(values.wires),
    rounds: values.rounds === undefined ? undefined : Number(values.rounds),
    seed: Number(values.seed),
    size: values.size,
    quiet: values.quiet,
  };
}
