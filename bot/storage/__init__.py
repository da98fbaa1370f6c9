"""The only SQLAlchemy: schema, encryption, and one function per question asked of the database."""
