<?php
/** What the server remembers of one database of one device: its anchors, and which items the device has under which names. */
final class Acquaintance
{
    /** [client's, server's], of the last session that ended well. */
    public ?array $anchors = null;

    /** By the server's name of an item: the client's name, the digest of what the client has, the session that brought it. */
    private array $items = [];

    public function __construct(private string $file)
    {
        if (is_file($file)) {
            ['anchors' => $this->anchors, 'items' => $this->items] = json_decode(file_get_contents($file), true);
        }
    }

    public function save(): void
    {
        @mkdir(dirname($this->file), 0700, true);
        file_put_contents($this->file, json_encode(['anchors' => $this->anchors, 'items' => (object)$this->items]));
    }

    /** The server's name of what the client calls so. */
    public function find(string $client): ?string
    {
        foreach ($this->items as $server => $item) {
            if ($item['client'] === $client) {
                return (string)$server;
            }
        }
        return null;
    }

    /** The client has this content under this name, and nothing else. */
    public function note(string $server, string $client, string $digest, string $session): void
    {
        $before = $this->find($client);
        if ($before !== null) {
            unset($this->items[$before]);
        }
        $this->items[$server] = ['client' => $client, 'digest' => $digest, 'session' => $session];
    }

    public function forget(string $server): void
    {
        unset($this->items[$server]);
    }

    public function forgetAll(): void
    {
        $this->items = [];
    }

    public function has(string $server): bool
    {
        return isset($this->items[$server]);
    }

    /**
     * What the client has to be told so that it has these items: [added, changed, removed], by the server's names, with
     * the client's. In a slow sync ($session given) what the client did not bring in it is new to the client.
     */
    public function news(array $digests, ?string $session): array
    {
        $added = $changed = [];
        foreach ($digests as $server => $digest) {
            $item = $this->items[$server] ?? null;
            if ($item === null || ($session !== null && $item['session'] !== $session)) {
                $added[$server] = 0;
            } elseif ($item['digest'] !== $digest) {
                $changed[$server] = $item['client'];
            }
        }
        $removed = $session === null ? array_map(
            fn ($item) => $item['client'],
            array_diff_key($this->items, $digests)
        ) : [];
        return [$added, $changed, $removed];
    }

    /** The client has taken the server's changed content of this item. */
    public function renew(string $server, string $digest): void
    {
        $this->items[$server]['digest'] = $digest;
    }
}
