// What a scenario has around it, in Node and in a page alike.
export function make_world(library, { server_url, middle_url, photos_url }) {
  let number = 0;
  return {
    ...library,
    server_url,
    photo: `${photos_url}/photo.png`,
    missing_photo: `${photos_url}/status/404`,
    face: `${photos_url}/astronaut.png`,
    photo_itself: async () => (await fetch(`${middle_url}/photo`)).blob(),
    new_id: () => `${Date.now().toString(36)}-${++number}-${Math.random().toString(36).slice(2)}`,
    client: (more) => library.createClient({ baseUrl: server_url, ...more }),
    // A client whose way to the server has the mode's trouble, with the requests that were seen on it.
    troubled(mode, more) {
      const id = this.new_id();
      const base_url = `${middle_url}/via/${mode}/${id}`;
      return {
        base_url,
        client: library.createClient({ baseUrl: base_url, ...more }),
        seen: async () => (await fetch(`${middle_url}/seen/${id}`)).json(),
      };
    },
    // A photo that comes only when it is let go.
    held_photo() {
      const id = this.new_id();
      return { url: `${middle_url}/held/${id}`, let_go: () => fetch(`${middle_url}/release/${id}`, { method: 'POST' }) };
    },
  };
}
