import type { Define } from '../program/define.ts';
import { SPEC } from '../program/spec.ts';
import type { CalibrateFlags } from './calibrate.ts';

const EXAMPLE = `
Each line of the examples is {"input": "…", "labels": {"question": label}}. A label is true or false, a choice, or the index of a level.
The examples are sent to every target, which costs money. Needs @majordomo/classify.`;

export const define: Define = (command, io, run) => {
  command
    .argument('<spec>', SPEC)
    .requiredOption('--questions <file>', 'JSON object of questions by name')
    .requiredOption('--examples <file>', 'JSON lines of labeled examples')
    .option('-o, --output <file>', 'file for the calibration; default: standard output')
    .option(
      '--basis <basis...>',
      "sources to calibrate: vendor, logprobs, stated; default: each target's best",
    )
    .option('--concurrency <n>', 'maximum number of requests at a time; default: 8')
    .addHelpText('after', EXAMPLE)
    .action(
      run(async (spec: string, flags: CalibrateFlags) =>
        (await import('./calibrate.ts')).calibrate(spec, flags, io),
      ),
    );
};
