/** The page of the console. Its script fills it. */
export const CONSOLE_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Durable functions</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/console.css">
<script src="/console.js" defer></script>
</head>
<body>
<header><h1>Durable functions</h1><p id="message" role="status"></p></header>
<main>
<section aria-labelledby="start-title">
<h2 id="start-title">Start an execution</h2>
<form id="start">
<label>Function <select name="function" required></select></label>
<label>Name <input name="name" pattern="[A-Za-z0-9_\\-]{1,64}" placeholder="generated"></label>
<label class="wide">Event, as JSON <textarea name="event" rows="4" spellcheck="false">{}</textarea></label>
<label>Event file <input name="file" type="file" accept="application/json,.json"></label>
<button>Start</button>
</form>
</section>
<section aria-labelledby="list-title">
<h2 id="list-title">Executions</h2>
<form id="filter">
<label>Function <select name="function"><option value="">all</option></select></label>
<label>Status <select name="status"><option value="">all</option><option>RUNNING</option><option>SUCCEEDED</option>
<option>FAILED</option><option>TIMED_OUT</option><option>STOPPED</option></select></label>
<label>Name contains <input name="name" type="search"></label>
</form>
<div class="scroll" tabindex="0" role="region" aria-labelledby="list-title">
<table><thead><tr><th scope="col">Name</th><th scope="col">Function</th><th scope="col">Status</th>
<th scope="col">Started</th><th scope="col">Duration</th></tr></thead><tbody id="list"></tbody></table>
</div>
<p id="empty">There are no executions.</p>
</section>
<section id="details" aria-labelledby="details-title" hidden>
<h2 id="details-title" tabindex="-1"></h2>
<dl id="facts"></dl>
<div id="actions" class="actions"></div>
<h3 id="operations-title">Operations</h3>
<div class="scroll" tabindex="0" role="region" aria-labelledby="operations-title">
<table><thead><tr><th scope="col">Operation</th><th scope="col">Type</th><th scope="col">Status</th>
<th scope="col">Attempts</th><th scope="col">Duration</th><th scope="col">Result</th><th scope="col">Actions</th></tr></thead>
<tbody id="operations"></tbody></table>
</div>
<h3>Logs</h3>
<pre id="logs" tabindex="0" aria-label="Logs"></pre>
</section>
</main>
</body>
</html>
`;
