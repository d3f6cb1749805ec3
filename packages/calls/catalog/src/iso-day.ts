/** Whether a text is a day as `YYYY-MM-DD`, and the day exists. `Date.parse` reads 2026-02-31 as 3 March. */
export const isIsoDay = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(text).getUTCDate() === Number(text.slice(8));
