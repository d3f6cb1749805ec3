import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseRecording, type Recording } from './recording.ts';

/** Recordings as the files of a folder, one an exchange. */
export interface RecordingFolder {
  /** For `record`. The folder and its files are for their owner only. */
  write(name: string, text: string): Promise<void>;
  /** In the order of their names, which is that of their requests. Empty without a folder. */
  read(): readonly Recording[];
}

/** Keeps recordings in a folder, which is made at the first write. */
export function recordingFolder(folder: string): RecordingFolder {
  return {
    async write(name, text) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFile(path.join(folder, name), text, { mode: 0o600 });
    },
    read() {
      return names(folder).map((name) => parseRecording(readFileSync(path.join(folder, name), 'utf8')));
    },
  };
}

function names(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort();
}
