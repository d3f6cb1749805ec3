// `node apps/docs/classification-plot.ts`: writes images/classification.svg. Two simulated targets answer the same inputs with distorted
// probabilities. The plot shows how often the statement was true for each stated probability, before and after calibration.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { learnCalibration } from '@majordomo/classify';
import { type Calibration, createMajordomo } from '@majordomo/core';
import { distorted, inputsOf } from '../../packages/calls/classify/test/support/distorted.ts';

const QUESTIONS = {
  refund: { type: 'predicate', instructions: 'The customer asks for money back.' },
} as const;
/** Distortion of each target, as the curve that restores the true probabilities. */
const TARGETS = { 'one/m': { scale: 2.5, bias: 1 }, 'two/m': { scale: 0.6, bias: -1 } } as const;
type Target = keyof typeof TARGETS;
const BINS = 10;
const SIZE = 300;
const GAP = 60;
const COLORS: Readonly<Record<Target, string>> = { 'one/m': '#c2410c', 'two/m': '#1d4ed8' };

/** Returns the plot. It is equal in every run. */
export async function classificationPlot(): Promise<string> {
  const targets = Object.keys(TARGETS) as Target[];
  const majordomo = createMajordomo({
    providers: targets.map((target) => distorted(target.slice(0, target.indexOf('/')), TARGETS[target])),
  });
  const examples = inputsOf(1, 400).map(({ input, label }) => ({ input, labels: { refund: label } }));
  const spec = targets.join(',');
  const { calibration } = await learnCalibration({ majordomo, spec, questions: QUESTIONS, examples });
  const panel = async (title: string, left: number, curves?: Calibration): Promise<string> => {
    const lines = await Promise.all(
      targets.map(async (target) => {
        const points = await reliabilityOf(majordomo.classificationModel(target), curves);
        const path = points.map(
          ([x, y]) => `${(left + x * SIZE).toFixed(0)},${(40 + (1 - y) * SIZE).toFixed(0)}`,
        );
        return `<polyline fill="none" stroke="${COLORS[target]}" stroke-width="2.5" points="${path.join(' ')}"/>`;
      }),
    );
    return `${frame(title, left)}${lines.join('')}`;
  };
  const before = await panel('before calibration', 50);
  const after = await panel('after calibration', 50 + SIZE + GAP, calibration);
  const legend = targets.map((target, at) =>
    text(60 + at * 160, SIZE + 92, `simulated target ${at + 1}`, COLORS[target]),
  );
  const size = `width="${2 * SIZE + GAP + 70}" height="${SIZE + 110}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif" font-size="13"><rect width="100%" height="100%" fill="#fff"/>${before}${after}${legend.join('')}</svg>\n`;
}

/** Returns the mean stated probability and the observed frequency of each bin with at least 30 inputs. */
async function reliabilityOf(
  model: ReturnType<ReturnType<typeof createMajordomo>['classificationModel']>,
  calibration: Calibration | undefined,
): Promise<readonly (readonly [x: number, y: number])[]> {
  const bins = Array.from({ length: BINS }, () => ({ count: 0, stated: 0, refunds: 0 }));
  for (const { input, label } of inputsOf(2, 4000)) {
    const { answers } = await model.classify({ input, questions: QUESTIONS, calibration });
    const { probability } = answers.refund;
    const bin = bins.at(Math.min(BINS - 1, Math.floor(probability * BINS)));
    if (bin === undefined) continue;
    bin.count += 1;
    bin.stated += probability;
    bin.refunds += Number(label);
  }
  return bins
    .filter(({ count }) => count >= 30)
    .map(({ count, stated, refunds }) => [stated / count, refunds / count] as const);
}

function frame(title: string, left: number): string {
  const bottom = 40 + SIZE;
  const ideal = `<line x1="${left}" y1="${bottom}" x2="${left + SIZE}" y2="40" stroke="#999" stroke-dasharray="4 4"/>`;
  const box = `<rect x="${left}" y="40" width="${SIZE}" height="${SIZE}" fill="none" stroke="#444"/>`;
  const marks = [0, 0.5, 1].map((value) => text(left + value * SIZE - 8, bottom + 18, String(value), '#444'));
  const levels = [0, 0.5, 1].map((value) =>
    text(left - 26, bottom - value * SIZE + 5, String(value), '#444'),
  );
  const labels =
    text(left + 90, 28, title, '#111') + text(left + 90, bottom + 36, 'stated probability', '#444');
  return ideal + box + marks.join('') + levels.join('') + labels;
}

const text = (x: number, y: number, content: string, color: string): string =>
  `<text x="${x}" y="${y}" fill="${color}">${content}</text>`;

if (import.meta.main)
  writeFileSync(join(import.meta.dirname, 'images/classification.svg'), await classificationPlot());
