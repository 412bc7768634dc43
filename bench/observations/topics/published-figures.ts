/** Figures that others published, read from the repositories of their artifacts unless the source says otherwise. */
export const PUBLISHED = [
  {
    source: "[Styx](https://github.com/delftdata/styx) (SIGMOD 2025), `plots/`",
    what: "p50 at low load",
    figures: "Styx 15 ms, Boki 33 ms, Beldi 147 ms, T-Statefun 224 ms",
  },
  {
    source: "the same, `zipfian_plot_v2.py`",
    what: "p50 against Zipf skew 0 to 0.999",
    figures: "Styx 19 to 30 ms; T-Statefun collapses from 0.8",
  },
  {
    source: "[Boki](https://github.com/ut-osa/boki-benchmarks), `expected_results`",
    what: "p50 and p99, hotel at 200 requests a second, beside Beldi",
    figures: "19.0 and 25.4 ms; Beldi 75.3 and 169 ms",
  },
  {
    source: "[Netherite](https://github.com/microsoft/durabletask-netherite), its paper",
    what: "signals a second of one counter entity on 1, 2 and 4 cores",
    figures: "900, 1,400, 1,900; a single entity on Azure Storage 64 operations a second",
  },
] as const;
