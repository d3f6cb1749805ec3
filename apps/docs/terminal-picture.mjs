// Draws the lines of a terminal as SVG, in light and dark colors.

const ROW = 19;
const COLUMN = 8.43;
const MARGIN = 16;

/** Class of the text by the codes of ECMA-48, "Select Graphic Rendition", that the command uses. */
const CLASSES = {
  1: 'bold',
  2: 'dim',
  4: 'underlined',
  31: 'red',
  32: 'green',
  33: 'yellow',
  34: 'blue',
  36: 'cyan',
};

const STYLE = `
    rect { fill: #f6f8fa; stroke: #d0d7de; }
    text { font: 14px ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; fill: #1f2328; white-space: pre; }
    .bold { font-weight: 600; } .underlined { text-decoration: underline; }
    .dim { fill: #59636e; } .red { fill: #cf222e; } .green { fill: #1a7f37; }
    .yellow { fill: #9a6700; } .blue { fill: #0969da; } .cyan { fill: #1b7c83; }
    @media (prefers-color-scheme: dark) {
      rect { fill: #0d1117; stroke: #3d444d; }
      text { fill: #f0f6fc; }
      .dim { fill: #9198a1; } .red { fill: #f85149; } .green { fill: #3fb950; }
      .yellow { fill: #d29922; } .blue { fill: #4493f8; } .cyan { fill: #39c5cf; }
    }
  `;

/** Returns an SVG of the command and its output. The lines contain the codes of their colors. */
export function terminalPicture(command, lines, columns) {
  const rows = [`\u001B[2m$\u001B[0m ${command}`, ...lines];
  const width = Math.ceil(columns * COLUMN + 2 * MARGIN);
  const height = rows.length * ROW + 2 * MARGIN;
  const texts = rows
    .map((row, index) => textOf(row, MARGIN + (index + 0.75) * ROW))
    .filter((text) => text !== '');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title">`,
    `  <title id="title">${escaped(command)}</title>`,
    `  <style>${STYLE}</style>`,
    `  <rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>`,
    ...texts,
    '</svg>\n',
  ].join('\n');
}

function textOf(row, y) {
  const spans = spansOf(row);
  if (spans.every(({ text }) => text.trim() === '')) return '';
  const content = spans.map(({ text, classes }) =>
    classes.length === 0 ? escaped(text) : `<tspan class="${classes.join(' ')}">${escaped(text)}</tspan>`,
  );
  return `  <text x="${MARGIN}" y="${y}" xml:space="preserve">${content.join('')}</text>`;
}

/** Parts of a row with the same appearance. */
function spansOf(row) {
  let codes = [];
  const spans = [];
  // eslint-disable-next-line no-control-regex
  for (const [, control, text] of row.trimEnd().matchAll(/(?:\u001B\[([\d;]*)m)|([^\u001B]+)/g)) {
    if (text !== undefined) spans.push({ text, classes: codes.flatMap((code) => CLASSES[code] ?? []) });
    else codes = codesAfter(codes, control === '' ? ['0'] : control.split(';'));
  }
  return spans;
}

/** Codes after a control sequence: 0 ends all, 22 ends bold and dim, 24 underline, and 39 the color. */
function codesAfter(codes, sequence) {
  const ended = {
    0: () => true,
    22: (code) => code <= 2,
    24: (code) => code === 4,
    39: (code) => code >= 30,
  };
  return sequence.map(Number).reduce((now, code) => {
    if (code in ended) return now.filter((other) => !ended[code](other));
    return code in CLASSES ? [...now.filter((other) => code < 30 || other < 30), code] : now;
  }, codes);
}

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
