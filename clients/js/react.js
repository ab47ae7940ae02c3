// A hook for React: a story as state, followed for as long as the component is shown.

import { useEffect, useState } from "react";
import { follow } from "./dist/client.js";

/** Follow a story. `begin` is what a server has rendered, if one has: where to begin, so another one later changes nothing. */
export function useStory(story, origin = "", begin = null) {
  const [state, setState] = useState(begin);
  const [connection, setConnection] = useState("connecting");
  useEffect(() => {
    const follower = follow({
      story,
      origin,
      state: begin,
      onUpdate: (update) => setState(update.state),
      onConnection: setConnection,
    });
    follower.start();
    return () => follower.stop();
  }, [story, origin]);
  return { state, connection };
}
