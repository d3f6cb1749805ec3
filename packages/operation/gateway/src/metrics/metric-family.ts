/** Labels of a series, by name. */
export type Labels = Readonly<Record<string, string>>;

/** Upper bounds of histogram buckets, in seconds. */
const BUCKETS: readonly number[] = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

interface Series {
  readonly labels: Labels;
  /** Value, or the sum of the values of a histogram. */
  value: number;
  /** Number of values in each bucket of a histogram, excluding the values of smaller buckets. */
  readonly counts: number[];
}

/** Metric with all its series. */
export class MetricFamily {
  private readonly name: string;
  private readonly type: 'counter' | 'gauge' | 'histogram';
  private readonly help: string;
  private readonly series = new Map<string, Series>();

  constructor(name: string, type: 'counter' | 'gauge' | 'histogram', help: string) {
    this.name = `majordomo_${name}`;
    this.type = type;
    this.help = help;
  }

  add(labels: Labels, amount: number): void {
    this.of(labels).value += amount;
  }

  set(labels: Labels, value: number): void {
    this.of(labels).value = value;
  }

  observe(labels: Labels, seconds: number): void {
    const series = this.of(labels);
    series.value += seconds;
    const bucket = BUCKETS.findIndex((bound) => seconds <= bound);
    const at = bucket === -1 ? BUCKETS.length : bucket;
    series.counts[at] = (series.counts[at] ?? 0) + 1;
  }

  clear(): void {
    this.series.clear();
  }

  /** Returns the lines of all series, or `''` if the metric has no series. */
  text(): string {
    if (this.series.size === 0) return '';
    const lines = Array.from(this.series.values(), (series) =>
      this.type === 'histogram' ? this.histogramLines(series) : line(this.name, series.labels, series.value),
    );
    return `# HELP ${this.name} ${this.help}\n# TYPE ${this.name} ${this.type}\n${lines.join('')}`;
  }

  private histogramLines({ labels, value, counts }: Series): string {
    let count = 0;
    const buckets = [...BUCKETS, Infinity].map((bound, at) => {
      count += counts[at] ?? 0;
      const le = bound === Infinity ? '+Inf' : `${bound}`;
      return line(`${this.name}_bucket`, { ...labels, le }, count);
    });
    return `${buckets.join('')}${line(`${this.name}_sum`, labels, value)}${line(`${this.name}_count`, labels, count)}`;
  }

  private of(labels: Labels): Series {
    const id = JSON.stringify(labels);
    const known = this.series.get(id) ?? { labels, value: 0, counts: [] };
    this.series.set(id, known);
    return known;
  }
}

function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}\n`;
}

const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
