import type { TranscribeFlags } from '../operations/transcribe.ts';
import { collect } from './collect.ts';
import type { Define } from './define.ts';
import { SPEC } from './spec.ts';

export const define: Define = (command, io, done) => {
  command
    .usage('[options] [spec] <file>')
    .argument('[spec-or-file]', `${SPEC}; default: the alias \`transcribe\``)
    .argument('[file]', 'the recording: mp3, mp4, m4a, wav, webm, ogg or flac; `-` is standard input')
    .option('-m, --model <spec>', 'the spec, when the only argument is the file')
    .option('--language <tag>', 'of the speaker, such as en or pt-BR')
    .option('--prompt <text>', 'words and names that occur')
    .option('--timestamps [kind]', 'say when: of each segment, or of each word')
    .option('--option <key=value>', "any other setting, in the vendor's words; repeatable", collect)
    .option('--json', 'one JSON document: the response, or the error')
    .option('-q, --quiet', 'do not say who answered')
    .action(async (first: string | undefined, second: string | undefined, flags: TranscribeFlags) => {
      const { transcribe } = await import('../operations/transcribe.ts');
      done(
        await transcribe(
          [first, second].filter((word) => word !== undefined),
          flags,
          io,
        ),
      );
    });
};
