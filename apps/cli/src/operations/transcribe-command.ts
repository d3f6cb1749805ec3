import type { TranscribeFlags } from './transcribe.ts';
import { collect } from '../program/collect.ts';
import type { Define } from '../program/define.ts';
import { SPEC } from '../program/spec.ts';

export const define: Define = (command, io, run) => {
  command
    .usage('[options] [spec] <file>')
    .argument('[spec-or-file]', `${SPEC}; default: the alias \`transcribe\``)
    .argument('[file]', 'the recording: mp3, mp4, m4a, wav, webm, ogg or flac; `-` is standard input')
    .option('-m, --model <spec>', 'the spec, if the only argument is the file')
    .option('--language <tag>', 'language of the speaker, such as en or pt-BR')
    .option('--prompt <text>', 'words and names that occur in the recording')
    .option('--timestamps [kind]', 'add timestamps: for each segment, or for each word')
    .option('--option <key=value>', "another option of the vendor's API; repeatable", collect)
    .option('--json', 'print one JSON document: the response, or the error')
    .option('-q, --quiet', 'do not print the target')
    .action(
      run(async (first: string | undefined, second: string | undefined, flags: TranscribeFlags) =>
        (await import('./transcribe.ts')).transcribe([first, second], flags, io),
      ),
    );
};
