/** Figures that others published, read from the repositories of their artifacts unless the source says otherwise. */
export const PUBLISHED = [
  {
    source: "[Styx](https://github.com/delftdata/styx) (SIGMOD 2025), `plots/`",
    what: "p50 at low load",
    figures: "Styx 15 ms, Boki 33 ms, Beldi 147 ms, T-Statefun 224 ms",
  },
  {
    source: "the same",
    what: "p50 of Beldi against throughput, its knee",
    figures: "6,958 ms from 300 to 400 transactions a second",
  },
  {
    source: "the same, `comparison_barplot.py`",
    what: "highest transactions a second",
    figures: "Styx 48,000; T-Statefun 1,500; Boki 700; Beldi 150",
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
    source: "the same, and [Beldi](https://github.com/eniac/Beldi), `benchmark/singleop`",
    what: "p50 and p99, movie at 100 requests a second, beside Beldi",
    figures: "26.0 and 42.0 ms; Beldi 98.6 and 199 ms",
  },
  {
    source: "[Halfmoon](https://github.com/pkusys/Halfmoon-bench) (SOSP 2023), its abstract",
    what: "logging of single operations, beside Boki",
    figures: "20 to 40 % less latency; 1.5 to 4.0 times less overhead of logging",
  },
  {
    source: "[Netherite](https://github.com/microsoft/durabletask-netherite), its CSV files",
    what: "HelloSequence5 on 12 nodes, beside Azure Storage; bank transactions",
    figures: "1,490 a second, Azure Storage 130; 452 a second",
  },
  {
    source: "DBOS against AWS Step Functions, the vendor's blog",
    what: "sequential steps, each of which reads and updates a record",
    figures: "up to 25 times as fast",
  },
  {
    source: "[Netherite](https://github.com/microsoft/durabletask-netherite), its paper",
    what: "signals a second of one counter entity on 1, 2 and 4 cores",
    figures: "900, 1,400, 1,900; a single entity on Azure Storage 64 operations a second",
  },
] as const;
