// Offers names of communes while somebody types; without it the server asks back when a name is unclear.
let waiting = 0;
document.addEventListener("input", (event) => {
  const box = event.target.closest("[data-address]");
  const name = event.target;
  if (!box || !name.list || name.value.trim().length < 2) return;
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    const query = new URLSearchParams({ ten: name.value, tinh: box.querySelector("select").value });
    const answer = await fetch(`${box.dataset.address}?${query}`);
    if (!answer.ok) return;
    const { communes } = await answer.json();
    name.list.replaceChildren(...communes.map((one) => {
      const option = document.createElement("option");
      option.value = one.name;
      option.label = `${one.name}, ${one.province}`;
      return option;
    }));
  }, 250);
});
