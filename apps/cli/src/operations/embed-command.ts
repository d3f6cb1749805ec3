import type { EmbedFlags } from './embed.ts';
import { collect } from '../program/collect.ts';
import type { Define } from '../program/define.ts';
import { SPEC } from '../program/spec.ts';

const EXAMPLE = `
majordomo embed <provider/model> --lines < titles.txt > vectors.jsonl`;

export const define: Define = (command, io, run) => {
  command
    .argument('[spec]', `${SPEC}; default: the alias \`embed\``)
    .argument('[text]', 'the text, followed by standard input; `-` reads only standard input')
    .option('-m, --model <spec>', 'the spec, if the only argument is the text')
    .option('--lines', 'create a vector for each line')
    .option('--dimensions <n>', 'length of the vectors, if the model supports it')
    .option('--purpose <word>', 'query, document, similarity, classification or clustering')
    .option('--option <key=value>', "another option of the vendor's API; repeatable", collect)
    .option('--json', 'print one JSON document: the response, or the error')
    .option('-q, --quiet', 'do not print the target')
    .addHelpText('after', EXAMPLE)
    .action(
      run(async (spec: string | undefined, text: string | undefined, flags: EmbedFlags) =>
        (await import('./embed.ts')).embed(spec, text, flags, io),
      ),
    );
};
