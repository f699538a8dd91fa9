"""The unit of work: the only place where a transaction ends.

Services get a ``UnitOfWork`` and work on its ``session``, whose type has no ``commit``.
What must be told to others (``notify``) leaves the house only after the commit.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any, Protocol, TypeVar, TypeVarTuple, overload

from sqlalchemy import Executable, Result
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.sql.selectable import TypedReturnsRows

Columns = TypeVarTuple("Columns")
Entity = TypeVar("Entity", bound=DeclarativeBase)
Notice = tuple[str, bytes]
Notifier = Callable[[list[Notice]], Awaitable[None]]
Near = Callable[[list[Notice]], None]


class Session(Protocol):
    """What a service may do with the database: everything but ending the transaction."""

    @overload
    async def execute(
        self, statement: TypedReturnsRows[*Columns], params: Any = None
    ) -> Result[*Columns]: ...

    @overload
    async def execute(
        self, statement: Executable, params: Any = None
    ) -> Result[*tuple[Any, ...]]: ...

    async def scalar(self, statement: Executable, params: Any = None) -> Any: ...

    async def scalars(self, statement: Executable, params: Any = None) -> Any: ...

    async def get(self, entity: type[Entity], ident: Any) -> Entity | None: ...

    async def flush(self) -> None: ...

    async def refresh(
        self, instance: object, attribute_names: Iterable[str] | None = None
    ) -> None: ...

    async def delete(self, instance: object) -> None: ...

    def add(self, instance: object) -> None: ...

    def add_all(self, instances: Any) -> None: ...


class UnitOfWork:
    """One transaction and the notices that follow it."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self.notices: list[Notice] = []
        self.refusals: list[Notice] = []
        self._callbacks: list[Callable[[], Awaitable[None]]] = []
        self._last_steps: list[Callable[[], Awaitable[None]]] = []

    @property
    def session(self) -> Session:
        return self._session  # type: ignore[return-value]  # AsyncSession has all of it and more

    def notify(self, channel: str, message: bytes) -> None:
        """Publish ``message`` on ``channel`` once the transaction is durable."""
        self.notices.append((channel, message))

    def notify_anyway(self, channel: str, message: bytes) -> None:
        """Publish ``message`` even when the transaction is refused: news about the refusal."""
        self.refusals.append((channel, message))

    def on_commit(self, callback: Callable[[], Awaitable[None]]) -> None:
        """Run ``callback`` after the commit, before the notices go out."""
        self._callbacks.append(callback)

    def before_commit(self, step: Callable[[], Awaitable[None]]) -> None:
        """Run ``step`` as the last part of the transaction, if it comes to its commit."""
        self._last_steps.append(step)

    @asynccontextmanager
    async def attempt(self) -> AsyncGenerator[None]:
        """Open a part of the transaction that is undone alone when the block raises."""
        lists: list[list[Any]] = [self.notices, self.refusals, self._callbacks, self._last_steps]
        before = [len(one) for one in lists]
        try:
            async with self._session.begin_nested():
                yield
        except BaseException:
            for one, length in zip(lists, before, strict=True):
                del one[length:]
            raise

    async def run_last_steps(self) -> None:
        """Run what ``before_commit`` collected, in order."""
        for step in self._last_steps:
            await step()

    async def run_callbacks(self) -> None:
        """Run what ``on_commit`` collected, in order."""
        for callback in self._callbacks:
            await callback()


def _nobody(notices: list[Notice]) -> None:
    del notices


class Database:
    """Opens units of work on one engine.

    Args:
        engine: of the database.
        notifier: publishes what a transaction tells.
        near: is given the same before that, the moment it is durable; it must not wait.
    """

    def __init__(self, engine: AsyncEngine, notifier: Notifier, near: Near = _nobody) -> None:
        self.engine = engine
        self._notifier = notifier
        self._near = near
        self._sessions = async_sessionmaker(engine, expire_on_commit=False, autoflush=False)
        # one statement is one snapshot: no BEGIN and ROLLBACK around a read
        reader = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._readers = async_sessionmaker(reader, expire_on_commit=False, autoflush=False)

    @asynccontextmanager
    async def begin(self) -> AsyncGenerator[UnitOfWork]:
        """Open a transaction; commit when the block ends well, roll back when it raises."""
        async with self._sessions() as session:
            uow = UnitOfWork(session)
            try:
                yield uow
                await uow.run_last_steps()
                await session.commit()
            except BaseException:
                await session.rollback()
                if uow.refusals:
                    await self._notifier(uow.refusals)
                raise
            await uow.run_callbacks()
            # before the connection goes back to the pool: that takes turns of a busy loop
            self._near(uow.notices)
        if told := uow.refusals + uow.notices:
            await self._notifier(told)

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[UnitOfWork]:
        """Open a session for reading; each statement sees the newest committed state."""
        async with self._readers() as session:
            yield UnitOfWork(session)

    async def dispose(self) -> None:
        """Close every connection."""
        await self.engine.dispose()
