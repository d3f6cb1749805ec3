/** Instants as ISO texts. Under load many attempts end within one millisecond: its text is made once. */
export class Instants {
  private at: number | undefined;
  private text = '';

  /** @param at epoch ms */
  textOf(at: number): string {
    if (at !== this.at) this.text = new Date(at).toISOString();
    this.at = at;
    return this.text;
  }
}
