// A page may be open for longer than a session lasts. What has been typed stays: the login has a tab of its own.
const call = window.fetch;
let notice = null;

function tell() {
  if (notice) return;
  notice = document.createElement('div');
  notice.id = 'login-ended';
  notice.setAttribute('role', 'alert');
  const link = document.createElement('a');
  Object.assign(link, { href: WORDS.href, textContent: WORDS.link, target: '_blank', rel: 'noopener' });
  notice.append(`${WORDS.ended} `, link);
  document.body.append(notice);
}

window.fetch = async (...asked) => {
  const answer = await call(...asked);
  if (answer.status === 401) {
    tell();
  } else if (notice && answer.ok) {
    notice.remove();
    notice = null;
  }
  return answer;
};
