"""The postal carrier behind an adapter: ``base`` says what one must do, ``demo`` speaks to the fake one."""
