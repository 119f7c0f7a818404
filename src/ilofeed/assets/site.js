// What the pages can do better with a script: buttons that copy, and the choices of the embed code.
// Everything else works without it.
const words = document.body.dataset;

for (const source of document.querySelectorAll('[data-copy]')) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'copy';
  button.textContent = words.copyWord;
  if (source.dataset.copy) button.setAttribute('aria-label', source.dataset.copy);
  const said = document.createElement('span');
  said.className = 'said';
  said.setAttribute('role', 'status');
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(source.dataset.address ?? source.textContent);
      said.textContent = words.copiedWord;
    } catch {
      getSelection().selectAllChildren(source); // no permission: to be copied by hand
      return;
    }
    setTimeout(() => { said.textContent = ''; }, 2000);
  });
  (source.closest('pre') ?? source).after(button, said);
}

for (const choices of document.querySelectorAll('.choices')) {
  choices.hidden = false;
  const later = document.querySelector('#preview template')?.content;
  const preview = (later ?? document).querySelector('ilo-feed');
  const codes = [...document.querySelectorAll('code[data-template]')];
  const show = () => {
    const chosen = { error: choices.querySelector('[data-error]:checked').dataset.error };
    for (const one of choices.querySelectorAll('select')) chosen[one.name] = one.value;
    for (const [name, value] of Object.entries(chosen)) preview.setAttribute(name, value);
    for (const code of codes) {
      code.textContent = code.dataset.template.replace(/{(limit|theme|lang|error)}/g, (_, name) =>
        chosen[name].replaceAll('&', '&amp;').replaceAll('"', '&quot;'));
    }
  };
  choices.addEventListener('input', show);
  show();
}

// The preview of the embed code is far down, and most people never see it: nothing is loaded before.
for (const template of document.querySelectorAll('#preview template')) {
  const watch = new IntersectionObserver((changes) => {
    if (!changes.some((change) => change.isIntersecting)) return;
    watch.disconnect();
    template.parentElement.replaceChildren(template.content);
  });
  watch.observe(template.parentElement);
}
