"""PostgreSQL and Valkey from wheels, started and stopped by OnModel itself.

For a laptop, a small studio and the tests. A larger installation sets ``ONMODEL_DATABASE_URL``
and ``ONMODEL_BROKER_URL`` and this room stays empty.
"""
