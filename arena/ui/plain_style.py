"""How the pages look that are plain HTML and not Gradio's: the operator's, and those around a login."""

from __future__ import annotations

STYLE = """
:root{color-scheme:light dark;--ink:#14181F;--paper:#FBFAF7;--muted:#5B6470;--line:#8A919C;--soft:#E4E1DA;
--raise:#FFF;--good:#1E7B4F;--bad:#B3261E}
@media (prefers-color-scheme:dark){:root{--ink:#E8EAED;--paper:#12151B;--muted:#9AA3AF;--line:#5D6674;--soft:#2A303A;
--raise:#1A1F28;--good:#7FD6A8;--bad:#F2B8B5}}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.6 system-ui,-apple-system,"Segoe UI","PingFang SC",
"Microsoft YaHei","Noto Sans SC",sans-serif}
header{display:flex;justify-content:space-between;gap:16px;padding:10px 24px;border-bottom:1px solid var(--soft)}
header b{font-size:19px}main{max-width:1080px;margin:0 auto;padding:24px}
h1{font-size:26px;line-height:1.3;margin:0 0 16px}
a{color:inherit;text-underline-offset:3px}.hash,.fine{color:var(--muted);font-size:13px;overflow-wrap:anywhere}
.said{border:1px solid var(--line);border-radius:10px;background:var(--raise);padding:12px 16px;margin:0 0 16px}
.said p{margin:0}.said code{display:block;margin-top:8px;overflow-wrap:anywhere;user-select:all}.bad{color:var(--bad)}
dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px 24px;margin:0 0 16px}
dt{color:var(--muted);font-size:13px}dd{margin:0}.wide{overflow-x:auto;margin:0 0 24px}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;width:100%}th,td{padding:8px 16px 8px 0;
text-align:left;border-bottom:1px solid var(--soft);white-space:nowrap}thead th{font-weight:400;color:var(--muted)}
th:first-child{position:sticky;left:0;background:var(--paper)}
form.act{display:inline-block;margin:0 8px 8px 0}td form.act{margin:0 4px 0 0}label{display:block;margin:0 0 12px}
label input[type=password]{display:block;width:100%;max-width:360px;box-sizing:border-box;margin-top:4px}
button,input{font:inherit;min-height:40px;padding:6px 16px;border-radius:10px;border:1px solid var(--line);
background:var(--raise);color:inherit}input[type=checkbox]{min-height:0;margin:0 8px 0 0}
td button{min-height:32px;padding:2px 12px}button{cursor:pointer}
button.go{background:var(--ink);color:var(--paper);border-color:var(--ink);font-weight:600}
:focus-visible{outline:2px solid var(--ink);outline-offset:2px}
@media (max-width:600px){header{padding:10px 16px}main{padding:16px}h1{font-size:22px}}
"""
