import type { EmbedFlags } from '../operations/embed.ts';
import { collect } from './collect.ts';
import type { Define } from './define.ts';
import { SPEC } from './spec.ts';

const EXAMPLE = `
majordomo embed <provider/model> --lines < titles.txt > vectors.jsonl`;

export const define: Define = (command, io, done) => {
  command
    .argument('[spec]', `${SPEC}; default: the alias \`embed\``)
    .argument('[text]', 'what to turn into a vector; standard input is added, `-` is it alone')
    .option('-m, --model <spec>', 'the spec, when the only argument is the text')
    .option('--lines', 'a vector for each line')
    .option('--dimensions <n>', 'shorter vectors, where the model can')
    .option('--purpose <word>', 'query, document, similarity, classification or clustering')
    .option('--option <key=value>', "any other setting, in the vendor's words; repeatable", collect)
    .option('--json', 'one JSON document: the response, or the error')
    .option('-q, --quiet', 'do not say who answered')
    .addHelpText('after', EXAMPLE)
    .action(async (spec: string | undefined, text: string | undefined, flags: EmbedFlags) => {
      const { embed } = await import('../operations/embed.ts');
      done(await embed(spec, text, flags, io));
    });
};
