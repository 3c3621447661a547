// Offers names of communes while somebody types; without it the server asks back when a name is unclear.
for (const box of document.querySelectorAll("[data-address]")) {
  const name = box.querySelector("[list]");
  const province = box.querySelector("select");
  const list = box.querySelector("datalist");
  let waiting = 0;
  name.addEventListener("input", () => {
    clearTimeout(waiting);
    if (name.value.trim().length < 2) return;
    waiting = setTimeout(async () => {
      const query = new URLSearchParams({ ten: name.value, tinh: province.value });
      const answer = await fetch(`${box.dataset.address}?${query}`);
      if (!answer.ok) return;
      const { communes } = await answer.json();
      list.replaceChildren(...communes.map((one) => {
        const option = document.createElement("option");
        option.value = one.name;
        option.label = `${one.name}, ${one.province}`;
        return option;
      }));
    }, 250);
  });
}
