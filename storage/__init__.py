"""Where the shop is kept: engines and transactions, migrations, bulk loading, backup, configuration."""
