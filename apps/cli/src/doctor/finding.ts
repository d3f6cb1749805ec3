/** Line of the report. The command exits with an error for a `mistake`, but not for a `warning`. */
export interface Finding {
  readonly state: 'ok' | 'absent' | 'warning' | 'mistake';
  readonly what: string;
  readonly detail: string;
}

/** Section of the report with a heading. */
export interface Section {
  readonly title: string;
  readonly findings: readonly Finding[];
}

export const ok = (what: string, detail = ''): Finding => ({ state: 'ok', what, detail });
export const absent = (what: string, detail = ''): Finding => ({ state: 'absent', what, detail });
export const warning = (what: string, detail: string): Finding => ({ state: 'warning', what, detail });
export const mistake = (what: string, detail: string): Finding => ({ state: 'mistake', what, detail });
