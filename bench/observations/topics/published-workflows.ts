/** The folder `expected_results` of each experiment; Beldi's numbers are Boki's authors' own runs of it. */
export const WORKFLOWS_SOURCE = "https://github.com/ut-osa/boki-benchmarks";

/** In milliseconds. */
export const PUBLISHED_WORKFLOWS = [
  { system: "Boki", workflow: "hotel, 200 requests a second", p50: 19, p99: 25.4 },
  { system: "Boki", workflow: "movie, 100 requests a second", p50: 26, p99: 42 },
  { system: "Beldi", workflow: "hotel, 200 requests a second", p50: 75.3, p99: 169 },
  { system: "Beldi", workflow: "movie, 100 requests a second", p50: 98.6, p99: 199 },
] as const;
