import type { Output } from '../program/io.ts';

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** Returns a bar of at most `cells` cells. A share above 0 is always visible. */
export function bar(share: number, cells: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * cells * 8);
  const drawn = share > 0 ? Math.max(1, eighths) : 0;
  return '█'.repeat(Math.floor(drawn / 8)) + (EIGHTHS[drawn % 8] ?? '');
}

const ERASE = '\r\u001B[K';
const PROGRESS_CELLS = 20;

/** Replaces the current line of a terminal with a bar and a text. Without a `share`, the line has no bar. */
export function drawProgress({ canErase, write }: Output, share: number | undefined, text: string): void {
  if (!canErase) return;
  const drawn = share === undefined ? '' : `${bar(share, PROGRESS_CELLS).padEnd(PROGRESS_CELLS)} `;
  write(ERASE + drawn + text);
}

/** Erases the current line of a terminal. */
export function eraseLine({ canErase, write }: Output): void {
  if (canErase) write(ERASE);
}
