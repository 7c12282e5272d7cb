<?php
require_once __DIR__ . '/acquaintance.php';

/**
 * What Horde leaves to its applications: where items are, and what each device has of them. Folders, which are there already:
 *
 *   items/DATABASE/NAME             one file an item; whoever writes, changes or removes one acts as the server's side
 *   devices/USER@DEVICE/DATABASE    what is remembered of a device
 *   sessions/                       sessions of PHP
 *   log/                            what the engine tells, and every message
 *
 * Nothing is matched in a slow sync, as Horde does not: a client that sends all it has doubles what is there.
 */
final class FolderBackend extends Horde_SyncMl_Backend
{
    private const DATABASES = ['contacts', 'calendar', 'tasks', 'notes'];

    /** Of databases, as long as this request. */
    private array $acquaintances = [];

    public function __construct(private string $folder, private array $passwords)
    {
        ini_set('session.save_path', "$folder/sessions");
        ini_set('session.use_cookies', '0');
        ini_set('session.use_strict_mode', '0');
        parent::__construct(['debug_dir' => "$folder/log", 'debug_files' => true, 'log_level' => 'DEBUG']);
    }

    // The engine keeps its state in $this->state, and leaves it to us to bring it from one message to the next.

    public function sessionStart($device, $session, $mode = self::MODE_SERVER)
    {
        parent::sessionStart($device, $session, $mode);
        $this->state = $_SESSION['state'] ?? null;
    }

    public function close()
    {
        if (session_status() === PHP_SESSION_ACTIVE) {
            $_SESSION['state'] = $this->state;
        }
        foreach ($this->acquaintances as $acquaintance) {
            $acquaintance->save();
        }
        parent::close();
    }

    protected function _checkAuthentication($user, $password)
    {
        return ($this->passwords[$user] ?? null) === $password ? $user : false;
    }

    public function isValidDatabaseURI($uri)
    {
        return in_array($this->normalize($uri), self::DATABASES, true);
    }

    public function addEntry($uri, $content, $type, $client = null)
    {
        $name = $this->acquaintance($uri)->find($client) ?? bin2hex(random_bytes(6));
        return $this->put($uri, $name, $content, $client);
    }

    public function replaceEntry($uri, $content, $type, $client)
    {
        $name = $this->acquaintance($uri)->find($client);
        if ($name === null || !is_file($this->path($uri, $name))) {
            return new PEAR_Error("the client's $client is not here"); // The engine adds it then.
        }
        return $this->put($uri, $name, $content, $client);
    }

    public function deleteEntry($uri, $client)
    {
        $name = $this->acquaintance($uri)->find($client);
        if ($name === null) {
            return false;
        }
        $this->acquaintance($uri)->forget($name);
        return @unlink($this->path($uri, $name));
    }

    public function retrieveEntry($uri, $name, $type, $fields)
    {
        $content = @file_get_contents($this->path($uri, $name));
        return $content === false ? new PEAR_Error("there is no $name") : $content;
    }

    /** $from is 0 in a slow sync and in a refresh. */
    public function getServerChanges($uri, $from, $to, &$added, &$changed, &$removed)
    {
        $digests = $this->digests($uri);
        [$added, $changed, $removed] = $this->acquaintance($uri)->news($digests, $from ? null : session_id());
        // What is sent is what the client has once it says so, whatever becomes of the file meanwhile.
        $_SESSION['sent'][$this->normalize($uri)] = compact('digests', 'changed', 'removed');
        return true;
    }

    /** The client has taken an item, and says what it calls it. */
    public function createUidMap($uri, $client, $name, $timestamp = 0)
    {
        $this->acquaintance($uri)->note($name, $client, $this->sent($uri)['digests'][$name] ?? '', session_id());
    }

    public function eraseMap($uri)
    {
        $this->acquaintance($uri)->forgetAll();
    }

    public function readSyncAnchors($uri)
    {
        return $this->acquaintance($uri)->anchors ?? false;
    }

    /** The session has ended well. */
    public function writeSyncAnchors($uri, $client, $server)
    {
        $acquaintance = $this->acquaintance($uri);
        $acquaintance->anchors = [$client, $server];
        ['digests' => $digests, 'changed' => $changed, 'removed' => $removed] = $this->sent($uri);
        foreach ($changed as $name => $_) {
            $acquaintance->renew($name, $digests[$name]);
        }
        foreach ($removed as $name => $_) {
            $acquaintance->forget($name);
        }
        if ($this->isRefreshFromClient($uri)) {
            foreach (array_keys($this->digests($uri)) as $name) {
                if (!$acquaintance->has($name)) {
                    unlink($this->path($uri, $name));
                }
            }
        }
    }

    /** The engine removes nothing in such a session, and does not tell us of its kind either. */
    private function isRefreshFromClient($uri): bool
    {
        $kind = (fn () => $this->_syncType)->call($this->state->getSync($uri));
        return $kind == Horde_SyncMl::ALERT_REFRESH_FROM_CLIENT;
    }

    private function sent($uri): array
    {
        $nothing = ['digests' => [], 'changed' => [], 'removed' => []];
        return $_SESSION['sent'][$this->normalize($uri)] ?? $nothing;
    }

    private function acquaintance($uri): Acquaintance
    {
        $database = $this->normalize($uri);
        $device = rawurlencode("$this->_user@$this->_syncDeviceID");
        return $this->acquaintances[$database] ??= new Acquaintance("$this->folder/devices/$device/$database");
    }

    private function path($uri, $name): string
    {
        return "$this->folder/items/{$this->normalize($uri)}/" . basename($name);
    }

    private function put($uri, string $name, string $content, $client): string
    {
        file_put_contents($this->path($uri, $name), $content);
        $this->acquaintance($uri)->note($name, $client, sha1($content), session_id());
        return $name;
    }

    /** Of what is there now, by name. */
    private function digests($uri): array
    {
        $digests = [];
        foreach (glob($this->path($uri, '*')) as $file) {
            $digests[basename($file)] = sha1_file($file);
        }
        return $digests;
    }
}
