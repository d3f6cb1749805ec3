import type { ClassifyFlags } from './classify.ts';
import { collect } from '../program/collect.ts';
import type { Define } from '../program/define.ts';
import { SPEC } from '../program/spec.ts';

const EXAMPLE = `
A file of questions: {"refund": {"type": "predicate", "instructions": "The customer asks for money back."}}
majordomo classify <provider/model> "I was charged twice." --questions questions.json`;

export const define: Define = (command, io, run) => {
  command
    .argument('[spec]', `${SPEC}; default: the alias \`classify\``)
    .argument('[text]', 'the text, followed by standard input; `-` reads only standard input')
    .requiredOption('--questions <file>', 'JSON object of questions by name')
    .option('-m, --model <spec>', 'the spec, if the only argument is the text')
    .option('--calibration <file>', 'file that majordomo calibrate wrote')
    .option('--basis <basis...>', 'accepted sources: vendor, logprobs, stated; default: vendor, logprobs')
    .option('--option <key=value>', "another option of the vendor's API; repeatable", collect)
    .option('--json', 'print one JSON document: the response, or the error')
    .option('-q, --quiet', 'do not print the target')
    .addHelpText('after', EXAMPLE)
    .action(
      run(async (spec: string | undefined, text: string | undefined, flags: ClassifyFlags) =>
        (await import('./classify.ts')).classify(spec, text, flags, io),
      ),
    );
};
