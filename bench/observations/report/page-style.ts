export const PAGE_STYLE = `
:root { --background: #ffffff; --text: #1f2328; --muted: #59636e; --line: #d1d9e0; --soft: #f6f8fa; --link: #0550ae }
body { margin: 0; background: var(--background); color: var(--text); font: 16px/1.5 system-ui, sans-serif }
main { max-width: 860px; margin: 0 auto; padding: 16px }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 12px }
h2 { font-size: 1.25rem; margin: 40px 0 8px; padding-top: 12px; border-top: 1px solid var(--line) }
a { color: var(--link) }
blockquote { margin: 16px 0; padding: 8px 12px; border-left: 4px solid var(--line); color: var(--muted); font-size: 0.9rem }
.wide { overflow-x: auto; margin: 12px 0 }
table { border-collapse: collapse; font-size: 0.9rem }
th, td { padding: 4px 10px; border: 1px solid var(--line); vertical-align: top }
th { background: var(--soft); text-align: left }
figure svg { max-width: 100%; height: auto; min-width: 560px }
figcaption { color: var(--muted); font-size: 0.9rem }
code { background: var(--soft); padding: 1px 4px; border-radius: 4px; font-size: 0.9em }
form { display: grid; grid-template-columns: repeat(auto-fit, minmax(200px, 1fr)); gap: 12px; padding: 12px; border: 1px solid var(--line); border-radius: 8px }
label { display: grid; gap: 4px; align-content: end; font-size: 0.9rem }
input, select { font: inherit; padding: 6px; color: inherit; background: var(--background); border: 1px solid var(--muted); border-radius: 6px }
pre { overflow-x: auto; padding: 12px; background: var(--soft); border-radius: 8px; font-size: 0.8rem }
pre code { padding: 0 }
output { display: block; white-space: pre-wrap; margin: 12px 0; padding: 12px; background: var(--soft); border-radius: 8px; overflow-x: auto }
.dark { display: none }
@media (max-width: 480px) {
  main { padding: 12px }
  h1 { font-size: 1.2rem }
  table { font-size: 0.72rem }
  th, td { padding: 3px 4px }
}
@media (prefers-color-scheme: dark) {
  :root { --background: #0d1117; --text: #f0f6fc; --muted: #9198a1; --line: #3d444d; --soft: #151b23; --link: #6cb6ff }
  .light { display: none }
  .dark { display: block }
}
`;
