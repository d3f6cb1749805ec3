import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseRecording, type Recording } from './recording.ts';

/** Folder with one recording per file. */
export interface RecordingFolder {
  /** Writes a recording. Use it as the option `write` of `record`. Only the owner can read the created files and folders. */
  write(name: string, text: string): Promise<void>;
  /** Returns the recordings in the order of their file names. Returns `[]` if the folder does not exist. */
  read(): readonly Recording[];
}

/** Returns a folder of recordings. The first write creates the folder. */
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
