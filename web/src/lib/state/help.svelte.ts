/** Whether the list of keys is shown; the "?" key and the menu both open it. */
class Help {
  open = $state(false);
}

export const help = new Help();
